/** Memory that several may use together, in bytes as they estimate them. */
export interface MemoryBudget {
  /** False, and nothing is taken, when there is not so much left. */
  take(bytes: number): boolean;
  giveBack(bytes: number): void;
}

export function memoryBudget(limitBytes: number): MemoryBudget {
  let left = limitBytes;
  return {
    take: (bytes) => {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    giveBack: (bytes) => {
      left += bytes;
    },
  };
}
