/** What was done to a record. */
export interface Tampering {
  /**
   * `edited` a row says something else than was recorded · `deleted` a row is gone from the middle, `truncated` from the
   * end · `inserted` a row that was never signed · `reordered` rows stand in other places · `rolled-back` the whole is an
   * older state than a checkpoint proves · `wrong-key` a checkpoint is not signed by the record's key · `damaged` the database
   * itself cannot be read to its end.
   */
  readonly kind:
    | 'edited'
    | 'deleted'
    | 'inserted'
    | 'reordered'
    | 'truncated'
    | 'rolled-back'
    | 'wrong-key'
    | 'damaged';
  /** The first bad position. */
  readonly position: number;
  /** Where the bad place cannot be told more exactly: the last position that it may be. */
  readonly upTo?: number;
  /** What does not fit, without a full stop. */
  readonly evidence: string;
}
