// Figures as people read them.

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
/** @param {number} mb */
export const megabytes = (mb) => `${mb.toFixed(0)} MB`;
/** @param {number} bytes */
export const bytesInMb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
/** @param {number} ratio */
export const times = (ratio) => `${ratio.toFixed(1)}x`;
