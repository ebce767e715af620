/** The bot's token, which Discord takes away from a bot that has spent its daily IDENTIFYs. */
export class Account {
  readonly #token: string;
  #revoked = false;

  constructor(token: string) {
    this.#token = token;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  accepts(token: unknown): boolean {
    return !this.#revoked && token === this.#token;
  }

  revoke(): void {
    this.#revoked = true;
  }
}
