/**
 * What the record is dated with: the machine's clock, whatever else is to be reproducible.
 */
export function recordClock(): Date {
  return new Date();
}

/** Now, or what `SOURCE_DATE_EPOCH` says, which makes two runs alike (reproducible-builds.org specification). */
export function clock(environment: NodeJS.ProcessEnv): Date {
  const epoch = environment['SOURCE_DATE_EPOCH'];
  return epoch !== undefined && /^\d{1,12}$/.test(epoch) ? new Date(Number(epoch) * 1000) : new Date();
}
