import type { ContainerFacts, PodFacts, SecurityFacts } from '#workload/pod-security/pod-facts.ts';

/** The security contexts of a pod: its own, then each container's. */
export function everywhere(
  pod: PodFacts,
): readonly { readonly who: string; readonly security: SecurityFacts; readonly container?: ContainerFacts }[] {
  return [
    { who: 'The pod', security: pod.security },
    ...pod.containers.map((container) => ({
      who: `Container ${container.name}`,
      security: container.security,
      container,
    })),
  ];
}

/** A value as a sentence shows it. */
export function quoted(value: string): string {
  return JSON.stringify(value.slice(0, 200));
}
