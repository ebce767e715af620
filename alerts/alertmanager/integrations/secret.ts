/** A secret of an integration: Alertmanager reads its file, where it is new enough. */
export interface SecretOption {
  /** The user's name for it, for messages: webhookUrlFile. */
  readonly option: string;
  readonly file: string;
  /** Alertmanager's name for the secret itself; `<key>_file` is that of the file. */
  readonly key: string;
  /** The first version that reads the file, without bugs that matter. */
  readonly since: string;
  readonly isAddress?: true;
}

/** @returns the fields for Alertmanager's configuration */
export type TakeSecret = (secret: SecretOption) => Readonly<Record<string, string>>;
