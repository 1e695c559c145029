/** The version orders that Holdfast knows, in the order in which help texts list them. */
export const VERSION_SCHEMES = ['deb', 'apk', 'rpm', 'semver', 'pep440', 'go'] as const;

/** How the versions of an ecosystem are ordered. */
export type VersionScheme = (typeof VERSION_SCHEMES)[number];
