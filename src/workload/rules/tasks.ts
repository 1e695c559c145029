import { valueIn } from '#workload/model/setting.ts';
import { inContainers, nist, pci, type RunRule, soc, who } from '#workload/rule.ts';

const dialects = ['ecs'] as const;

function task(change: Readonly<Record<string, unknown>>): string {
  const definition = {
    family: 'web',
    containerDefinitions: [
      { name: 'web', image: 'example/web:1.2', mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] },
    ],
    ...change,
  };
  return `${JSON.stringify(definition, undefined, 2)}\n`;
}

const efs = (configuration: object) =>
  task({ volumes: [{ name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-0', ...configuration } }] });
const GOOD_EFS = efs({
  transitEncryption: 'ENABLED',
  authorizationConfig: { accessPointId: 'fsap-0', iam: 'ENABLED' },
});

export const efsPlain: RunRule = {
  id: 'run/efs-plain',
  title: 'data goes to EFS encrypted',
  severity: 'medium',
  why: 'Otherwise whoever can listen in the network reads the files as they pass.',
  dialects,
  elsewhere: [nist('4.4.2'), pci('4.2.1'), soc('CC6.7')],
  bad: efs({}),
  good: GOOD_EFS,
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.mounts.flatMap(({ efs: volume }) =>
        volume !== undefined && (volume.encrypted === undefined || valueIn(volume.encrypted) === false)
          ? {
              at: [volume.encrypted?.at ?? volume.at],
              sentence: `${who(container)} talks to EFS without encryption.`,
              fix: 'Set transitEncryption: ENABLED.',
            }
          : [],
      ),
    ),
};

export const efsOpen: RunRule = {
  id: 'run/efs-open',
  title: 'EFS asks who mounts it',
  severity: 'medium',
  why: 'Without IAM or an access point, everything that reaches the file system’s port has all of its files, as any user.',
  dialects,
  elsewhere: [nist('4.4.2'), pci('7.2'), soc('CC6.1')],
  bad: efs({ transitEncryption: 'ENABLED' }),
  good: GOOD_EFS,
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.mounts.flatMap(({ efs: volume }) => {
        if (volume === undefined) return [];
        const asked = volume.authorised?.state === 'unknown' || valueIn(volume.authorised) === true;
        const missing = [...(asked ? [] : ['IAM']), ...(volume.accessPoint === undefined ? ['an access point'] : [])];
        if (missing.length === 0) return [];
        return {
          at: [volume.at],
          sentence: `${who(container)} mounts EFS without ${missing.join(' and without ')}.`,
          fix: 'Set authorizationConfig with iam: ENABLED and accessPointId.',
          severity: missing.length === 2 ? ('medium' as const) : ('low' as const),
        };
      }),
    ),
};

export const sharedRole: RunRule = {
  id: 'run/shared-role',
  title: 'tasks do not have the rights of what starts them',
  severity: 'medium',
  why: 'The execution role may pull images and read every secret that any container of the task gets.',
  dialects,
  elsewhere: [nist('4.3.2'), pci('7.2'), soc('CC6.3')],
  bad: task({ taskRoleArn: 'arn:aws:iam::1:role/one', executionRoleArn: 'arn:aws:iam::1:role/one' }),
  good: task({ taskRoleArn: 'arn:aws:iam::1:role/web', executionRoleArn: 'arn:aws:iam::1:role/start' }),
  workload: ({ name, task: facts }) => {
    const [own, starts] = [valueIn(facts?.taskRole), facts?.executionRole];
    if (own === undefined || starts?.state !== 'known' || starts.value !== own) return [];
    return [
      {
        at: [starts.at],
        sentence: `The containers of ${name} run with the role that starts it, ${own.slice(0, 120)}.`,
        fix: 'Give taskRoleArn a role with what the containers need, and nothing else.',
      },
    ];
  },
};

/** MiB that Fargate has for a number of CPU units: the least, the most, and the step. */
const SIZES: Readonly<Record<number, readonly [number, number, number]>> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
};

export const fargateSize: RunRule = {
  id: 'run/fargate-size',
  title: 'Fargate has such a size',
  severity: 'medium',
  why: 'Fargate knows some combinations of processor and memory, and refuses a task with another.',
  dialects,
  elsewhere: [nist('4.4.3')],
  bad: task({ requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '8192' }),
  good: task({ requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '1024' }),
  workload: ({ name, at, task: facts }) => {
    if (facts?.fargate !== true) return [];
    const { cpu, memoryMib } = facts;
    if (cpu?.state === 'unknown' || memoryMib?.state === 'unknown') return [];
    const fix = 'Take a size that Fargate has, such as 256 CPU units and 1024 MiB.';
    if (cpu === undefined || memoryMib === undefined) {
      return [
        {
          at: [at],
          sentence: `${name} is for Fargate and does not say how much ${cpu === undefined ? 'cpu' : 'memory'} it gets.`,
          fix,
        },
      ];
    }
    const size = Object.hasOwn(SIZES, cpu.value) ? SIZES[cpu.value] : undefined;
    const [least, most, step] = size ?? [0, -1, 1];
    const fits =
      memoryMib.value >= least &&
      memoryMib.value <= most &&
      (memoryMib.value % step === 0 || memoryMib.value === least);
    if (fits) return [];
    return [
      {
        at: [memoryMib.at, cpu.at],
        sentence: `Fargate has no size of ${cpu.value} CPU units with ${memoryMib.value} MiB.`,
        fix,
      },
    ];
  },
};
