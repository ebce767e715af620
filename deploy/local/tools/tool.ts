/** One program that the demo or a test starts, and where it comes from. */
export interface Tool {
  /** File names that it goes by: Debian calls Alertmanager prometheus-alertmanager. */
  readonly programs: readonly string[];
  /** Environment variable that names its path. */
  readonly variable: string;
  /** Undefined for a program that does not tell: Go is asked which version of the module it was built from. */
  readonly versionArgs: readonly string[] | undefined;
  /** The oldest version that serves; an older one is passed over. */
  readonly minVersion: string;
  /** Folders beside PATH, as glob patterns below `/`. */
  readonly folders: readonly string[];
  /** Undefined where Debian has none. */
  readonly debianPackage: string | undefined;
  /** Where Debian's program looks for files of its own, wherever it was unpacked. */
  readonly debianFolder?: string;
  readonly goModule: GoModule | undefined;
  readonly npmArchive?: NpmArchive;
  /** How to get it by hand. */
  readonly brew: string | undefined;
  readonly dnf: string | undefined;
  readonly page: string;
}

export interface GoModule {
  readonly module: string;
  /** The package below the module that is the program, '' for the module itself. */
  readonly package: string;
  /** Pinned, so that everybody gets the same. */
  readonly version: string;
  /** A variable that the linker sets to the release, where the program would not know it. */
  readonly releaseVariable: { readonly name: string; readonly value: string } | undefined;
  /** Version of the modules that its go.mod takes from its own folder `staging`, where they are published too. */
  readonly staging?: string;
  /** Whether it builds only with the versions that its go.mod names in `replace` lines. */
  readonly replaces?: true;
  /** Embedded by the program, made by its release build and not in the module. */
  readonly missingFile?: MissingFile;
}

/** A program inside of a zip archive inside of an npm package. */
export interface NpmArchive {
  readonly package: string;
  /** Pinned, so that everybody gets the same. */
  readonly version: string;
  /** Below the package. */
  readonly archive: string;
  readonly entry: string;
  /** As Node names them: what the program was built for. */
  readonly platform: NodeJS.Platform;
  readonly architecture: NodeJS.Architecture;
}

export interface MissingFile {
  /** Below the module. */
  readonly path: string;
  readonly text: string;
}
