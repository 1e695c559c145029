/** What fetching over HTTP needs: `openRequest` of base/http, with its client bound, is one. */
export interface HttpAnswer {
  /** Any status is an answer. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of a body that is not read. */
  discard(): Promise<void>;
}

export type FetchAnswer = (request: {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limitBytes: number;
}) => Promise<HttpAnswer>;
