/** Tells the exit code of a command that ended. */
export type Finish = (code: number) => void;
