/** What names an image among the paths of `holdfast lint`; behind it stands a target as `holdfast scan` takes it. */
export const IMAGE_TARGET = 'image:';
