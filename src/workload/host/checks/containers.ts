import {
  fail,
  forPeople,
  given,
  type HostAnswer,
  type HostCheck,
  notApplicable,
  pass,
} from '#workload/host/host-check.ts';
import type { ContainerFacts } from '#workload/host/host-facts.ts';
import { valueIn } from '#workload/model/setting.ts';
import { cis } from '#workload/rule.ts';
import { RUN_RULES } from '#workload/rules/list.ts';

const MOST_NAMES = 8;
const PRIVILEGED_PORTS_END = 1024;
const MOST_RESTARTS = 5;

/** `web, db and 3 more`. */
function namesOf(containers: readonly ContainerFacts[]): string {
  const names = containers.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = containers.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Judges the containers that run, where there are any. */
function running(judge: (containers: readonly ContainerFacts[]) => HostAnswer): HostCheck['judge'] {
  return ({ containers }) =>
    given(containers, (all) => (all.length === 0 ? notApplicable('No container runs.') : judge(all)));
}

/** Fails for those that are bad. @param what continues `web, db: ` */
function none(isBad: (container: ContainerFacts) => boolean, what: string): HostCheck['judge'] {
  return running((all) => {
    const bad = all.filter(isBad);
    return bad.length === 0 ? pass(`None of ${all.length}: ${what}.`) : fail(`${namesOf(bad)}: ${what}.`);
  });
}

type Told = Pick<HostCheck, 'id' | 'title' | 'severity' | 'why' | 'fix'>;

const check = (number: string, told: Told, judge: HostCheck['judge']): HostCheck => ({
  ...{ ...told, cis: number, elsewhere: [cis(number)], judge },
});

/** Takes every confinement away, whatever else was set. */
const PRIVILEGED = 'run/privileged';

/**
 * A number that one of the rules asks: what must hold and why is the rule's.
 * @param without whether `--privileged` does the same
 * @throws for a rule that is none
 */
function byRule(number: string, rule: string, what: string, fix: string, without?: 'privileged'): HostCheck {
  const facts = RUN_RULES.find(({ id }) => id === rule);
  if (facts === undefined) throw new Error(`${rule} is no rule`);
  const { title, severity, why } = facts;
  const id = `host/containers-${rule.slice('run/'.length)}`;
  return check(
    number,
    { id, title, severity, why, fix: without === undefined ? fix : `${fix.replace(/\.$/, '')}, or --privileged.` },
    none(({ rules }) => rules.has(rule) || (without !== undefined && rules.has(PRIVILEGED)), what),
  );
}

const limited = (number: string, id: string, what: string, has: (one: ContainerFacts) => boolean, fix: string) =>
  check(
    number,
    {
      ...{ id, title: `${what} of each container is limited`, severity: 'medium', fix },
      why: 'One container that takes everything stops all others, and the host.',
    },
    none((one) => !has(one), `no limit for ${what}`),
  );

/** Section 5: how containers are run. */
export const CONTAINER_CHECKS: readonly HostCheck[] = [
  check(
    '5.1',
    {
      ...{ id: 'host/swarm', title: 'the engine is in no swarm, unless one is used', severity: 'low' },
      why: 'A swarm opens ports to other hosts and lets managers start anything here.',
      fix: 'Where no swarm is used: docker swarm leave.',
    },
    ({ engine }) =>
      given(engine, ({ swarm }) => (swarm ? fail('The engine is in a swarm.') : pass('The engine is in no swarm.'))),
  ),
  byRule(
    ...(['5.2', 'run/apparmor-off', 'AppArmor is switched off'] as const),
    ...(['Remove --security-opt apparmor=unconfined.', 'privileged'] as const),
  ),
  byRule(
    ...(['5.3', 'run/selinux-off', 'SELinux is switched off'] as const),
    ...(['Remove --security-opt label=disable.', 'privileged'] as const),
  ),
  check(
    '5.4',
    {
      ...{ id: 'host/containers-capabilities', title: 'capabilities are those that are needed', severity: 'medium' },
      why: 'Each capability is a part of root: what is not needed helps only whoever breaks in.',
      fix: 'Drop all (--cap-drop ALL) and add what is needed, one by one.',
    },
    none(
      ({ rules }) => ['run/capabilities-added', 'run/capabilities-kept', PRIVILEGED].some((rule) => rules.has(rule)),
      'more capabilities than a server needs',
    ),
  ),
  byRule(
    '5.5',
    'run/privileged',
    'privileged',
    'Remove --privileged; add the one capability or device that is needed.',
  ),
  byRule('5.6', 'run/sensitive-host-path', 'directories of the host itself are mounted', 'Mount only what is needed.'),
  check(
    '5.7',
    {
      ...{ id: 'host/containers-sshd', title: 'no container runs an SSH server', severity: 'medium' },
      why: 'It is another way in, with keys and accounts of its own that nobody looks after.',
      fix: 'Remove it from the image; docker exec is the way in.',
    },
    running((all) => {
      const bad = all.filter(({ programs }) => programs.state === 'collected' && programs.value.includes('sshd'));
      if (bad.length > 0) return fail(`${namesOf(bad)}: sshd runs in it.`);
      const [unread] = all.filter(({ programs }) => programs.state !== 'collected');
      if (unread === undefined) return pass(`None of ${all.length} runs sshd.`);
      return { outcome: 'unknown', sentence: `What runs in ${unread.name} could not be seen.` };
    }),
  ),
  check(
    '5.8',
    {
      ...{ id: 'host/containers-privileged-ports', title: 'no port below 1024 is published', severity: 'low' },
      why: 'Ports below 1024 are for services of the host; whoever has one is taken for one.',
      fix: 'Publish a higher port, or lead traffic there with a proxy.',
    },
    none(
      ({ container }) => container.ports.some(({ host }) => host !== undefined && host < PRIVILEGED_PORTS_END),
      'a port below 1024 is published',
    ),
  ),
  check(
    '5.9',
    {
      ...{ id: 'host/containers-ports', title: 'only ports that are needed are published', severity: 'medium' },
      why: 'Every open port is a service that somebody can try.',
      fix: 'Remove those that nobody outside needs.',
    },
    running((all) => {
      const open = all.filter(({ container }) => container.ports.length > 0);
      if (open.length === 0) return pass('No container publishes a port.');
      const said = open.slice(0, MOST_NAMES).map(({ name, container }) => {
        return `${name} ${container.ports.map(({ host, container: inside }) => host ?? inside ?? '?').join(' ')}`;
      });
      return forPeople(
        `Published: ${said.join(', ')}${open.length > said.length ? ' …' : ''}. Are all of them needed?`,
      );
    }),
  ),
  byRule('5.10', 'run/host-network', 'on the host’s network', 'Remove --network host; publish the ports it needs.'),
  limited(
    ...(['5.11', 'host/containers-memory', 'memory'] as const),
    ({ container }) => container.memoryLimit !== undefined,
    'Set --memory.',
  ),
  limited(
    ...(['5.12', 'host/containers-cpu', 'processor time'] as const),
    ({ container }) => container.cpuLimit !== undefined,
    'Set --cpus or --cpu-shares.',
  ),
  byRule(
    '5.13',
    'run/writable-root',
    'the root file system can be written',
    'Set --read-only, with volumes where it writes.',
  ),
  byRule(
    '5.14',
    'run/published-everywhere',
    'a port is open on every address',
    'Name the address: --publish 127.0.0.1:8080:80.',
  ),
  check(
    '5.15',
    {
      ...{
        id: 'host/containers-restart',
        title: 'containers are restarted a few times, not for ever',
        severity: 'low',
      },
      why: 'What fails and is started for ever hides its fault and wears the host out.',
      fix: 'Set --restart on-failure:5 where an orchestrator does not see to it.',
    },
    none(
      ({ restart, restartAttempts }) =>
        restart === 'always' ||
        restart === 'unless-stopped' ||
        (restart === 'on-failure' && (restartAttempts === 0 || restartAttempts > MOST_RESTARTS)),
      'restarted for ever',
    ),
  ),
  byRule('5.16', 'run/host-pid', 'sees the host’s processes', 'Remove --pid host.'),
  byRule('5.17', 'run/host-ipc', 'shares the host’s memory segments', 'Remove --ipc host.'),
  byRule(
    ...(['5.18', 'run/host-device', 'has devices of the host'] as const),
    ...(['Remove --device where it is not needed.', 'privileged'] as const),
  ),
  check(
    '5.19',
    {
      ...{
        id: 'host/containers-ulimits',
        title: 'limits for open files and processes are changed on purpose',
        severity: 'low',
      },
      why: 'Limits of a container take the place of those that the daemon sets for all.',
      fix: 'Remove --ulimit where the daemon’s own are right.',
    },
    running((all) => {
      const own = all.filter(({ limitsChanged }) => limitsChanged);
      if (own.length === 0) return pass('All have the daemon’s limits.');
      return forPeople(`${namesOf(own)}: limits of their own. Are they meant?`);
    }),
  ),
  byRule(
    '5.20',
    'run/mount-propagation',
    'a mount is shared with the host',
    'Remove shared from the mount’s propagation.',
  ),
  byRule('5.21', 'run/host-uts', 'shares the host’s name', 'Remove --uts host.'),
  byRule(
    ...(['5.22', 'run/seccomp-off', 'system calls are not filtered'] as const),
    ...(['Remove --security-opt seccomp=unconfined.', 'privileged'] as const),
  ),
  ...(['privileged', 'user'] as const).map((option, index) =>
    check(
      `5.${23 + index}`,
      {
        id: `host/containers-exec-${option}`,
        title:
          option === 'privileged' ? 'nobody enters containers with --privileged' : 'nobody enters containers as root',
        severity: 'low',
        why: 'What is run so has rights that the container was not given.',
        fix: 'Watch docker exec by the audit daemon, and let few people talk to the engine.',
      },
      () => forPeople(`Whether docker exec was used with --${option} only the host’s audit log can say.`),
    ),
  ),
  check(
    '5.25',
    {
      ...{ id: 'host/containers-cgroup', title: 'containers stay in the engine’s cgroup', severity: 'low' },
      why: 'In another cgroup other limits hold, which nobody may have set.',
      fix: 'Remove --cgroup-parent.',
    },
    none(
      ({ cgroupParent }) =>
        cgroupParent !== '' && !/^\/?(?:docker|system\.slice|machine\.slice)\/?$/.test(cgroupParent),
      'in a cgroup of its own',
    ),
  ),
  byRule('5.26', 'run/privilege-escalation', 'processes may gain rights', 'Set --security-opt no-new-privileges.'),
  byRule(
    '5.27',
    'run/no-health-check',
    'nothing asks whether it still works',
    'Give the image a HEALTHCHECK, or set --health-cmd.',
  ),
  check(
    '5.28',
    {
      ...{
        id: 'host/containers-stale-image',
        title: 'containers run the newest build of their image',
        severity: 'low',
      },
      why: 'A tag is built anew when flaws are fixed; a container keeps what it was started from.',
      fix: 'Pull, judge with holdfast check, and start anew.',
    },
    () => forPeople('Whether a registry has newer builds was not asked.'),
  ),
  limited(
    ...(['5.29', 'host/containers-pids', 'the number of processes'] as const),
    ({ container }) => container.pidsLimit !== undefined,
    'Set --pids-limit.',
  ),
  check(
    '5.30',
    {
      ...{ id: 'host/containers-default-bridge', title: 'no container is on the default bridge', severity: 'low' },
      why: 'Everything that asks for no network is on it, and reaches everything else there.',
      fix: 'Make a network for those that belong together.',
    },
    none(({ container }) => valueIn(container.defaultNetwork) === true, 'on the default bridge'),
  ),
  byRule('5.31', 'run/host-users', 'the user namespace is switched off', 'Remove --userns host.'),
  byRule('5.32', 'run/engine-socket', 'can talk to the engine', 'Remove the mount of the engine’s socket.'),
];
