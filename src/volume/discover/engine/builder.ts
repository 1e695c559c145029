/** Labels that continuous integration puts on the containers of its jobs, and builders on theirs. */
const LABELS =
  /^(?:com\.gitlab\.gitlab-runner\.|io\.buildah\.|org\.jenkinsci\.|com\.github\.actions|io\.drone|io\.woodpecker|com\.docker\.buildx|com\.visualstudio\.|devcontainer\.)/;
const IMAGES =
  /(?:^|\/)(?:buildkit|kaniko|executor|buildah|gitlab-runner|gitlab-runner-helper|drone-runner-docker|actions-runner|buildpack-deps|devcontainers?(?:\/.*)?|docker|dind)$/;

/**
 * Whether a container is one that builds software: by its labels, its image, or the name that a builder gave it. What
 * such a container writes is made again by the next build.
 */
export function looksLikeBuilder(
  name: string,
  repositories: readonly string[],
  labels: Readonly<Record<string, string>>,
): boolean {
  if (Object.keys(labels).some((label) => LABELS.test(label))) return true;
  if (/^(?:buildx_buildkit_|runner-[A-Za-z0-9_-]+-project-|buildkitd?$)/.test(name)) return true;
  return repositories.some((repository) => IMAGES.test(repository));
}
