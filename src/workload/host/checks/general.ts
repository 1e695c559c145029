import { fail, forPeople, given, type HostCheck, notApplicable, pass } from '#workload/host/host-check.ts';
import { cis, nist, pci, soc } from '#workload/rule.ts';

/** Section 1, but for auditing. */
export const GENERAL_CHECKS: readonly HostCheck[] = [
  {
    id: 'host/own-partition',
    cis: '1.1.1',
    title: 'the engine’s directory has a file system of its own',
    severity: 'low',
    why: 'Images and logs that fill the disk then do not stop the host.',
    fix: 'Mount a file system of its own where the engine keeps its data.',
    elsewhere: [cis('1.1.1'), nist('4.5.5'), soc('A1.1')],
    judge: ({ engine, mountPoints }) =>
      given(engine, ({ rootDirectory }) =>
        given(mountPoints, (points) => {
          if (rootDirectory === '') return notApplicable('The engine does not say where it keeps its data.');
          const over = points
            .filter((point) => point === '/' || rootDirectory === point || rootDirectory.startsWith(`${point}/`))
            .sort((a, b) => b.length - a.length)[0];
          return over === undefined || over === '/'
            ? fail(`${rootDirectory} is on the root file system.`)
            : pass(`${rootDirectory} is on the file system that is mounted at ${over}.`);
        }),
      ),
  },
  {
    id: 'host/engine-users',
    cis: '1.1.2',
    title: 'only trusted people control the engine',
    severity: 'high',
    why: 'Whoever is in the group docker is root: he starts a container with the host’s files.',
    fix: 'Take those who do not need it out of the group: gpasswd -d USER docker.',
    elsewhere: [cis('1.1.2'), nist('4.3.1'), pci('7.2'), soc('CC6.3')],
    judge: ({ dockerGroup }) =>
      given(dockerGroup, (group) => {
        if (group === 'absent') return notApplicable('There is no group docker.');
        return group.members.length === 0
          ? pass('Nobody is in the group docker.')
          : forPeople(`In the group docker are: ${group.members.slice(0, 20).join(', ')}.`);
      }),
  },
  {
    id: 'host/hardened',
    cis: '1.2.1',
    title: 'the host is hardened',
    severity: 'medium',
    why: 'A container is as safe as the kernel and the services beside it.',
    fix: 'Judge the host by the benchmark for its system.',
    elsewhere: [cis('1.2.1'), nist('4.5.1'), pci('2.2.1'), soc('CC6.1')],
    judge: () => forPeople('Only the benchmark for its operating system can say.'),
  },
  {
    id: 'host/engine-version',
    cis: '1.2.2',
    title: 'the engine is up to date',
    severity: 'high',
    why: 'Ways out of containers are mended in new versions of the engine and of runc.',
    fix: 'Install the newest version that your distribution has.',
    elsewhere: [cis('1.2.2'), nist('4.4.1'), pci('6.3.3'), soc('CC7.1')],
    judge: ({ engine }) =>
      given(engine, ({ version, podman }) =>
        forPeople(`${podman ? 'Podman' : 'The engine'} is version ${version}; which is the newest is not known here.`),
      ),
  },
];
