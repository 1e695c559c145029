/** Names of files that may say what runs. */
const NAMES = /\.(?:ya?ml|json|template)$/i;
/** Written by package managers and compilers, large, and never about what runs. */
const NEVER = /^(?:package(?:-lock)?|npm-shrinkwrap|composer|tsconfig.*|pnpm-lock|yarn)\.(?:json|ya?ml)$/i;

/** Words at the top of the documents that say what runs, in YAML and in JSON. */
const WORDS =
  /^["']?(?:apiVersion|services|include|Resources|containerDefinitions|taskDefinition|AWSTemplateFormatVersion)["']?[ \t]*:|"(?:HostConfig|containerDefinitions|apiVersion|services|Resources)"\s*:|"Image"\s*:\s*"/im;

/** Whether a file's name lets it be opened. */
export function mayBeWorkload(name: string): boolean {
  return NAMES.test(name) && !NEVER.test(name);
}

/** Whether a text looks as if it said what runs; reading it tells for certain. */
export function looksLikeWorkload(text: string): boolean {
  return WORDS.test(text);
}
