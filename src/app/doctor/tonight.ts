import type { DoctorReport } from '#api/doctor-report.ts';
import type { ComposePlace } from '#app/doctor/compose-place.ts';
import { shellLines } from '#app/doctor/shell-lines.ts';
import { compareSeverity } from '#core/severity.ts';
import { shellWord } from '#volume/doctor/fix.ts';

type Tonight = DoctorReport['tonight'][number];

/** What the choice is made from: the report without it, and where containers are written down. */
export interface TonightInput {
  readonly report: Omit<DoctorReport, 'tonight'>;
  /** `docker` or `podman`. */
  readonly program: string;
  readonly placeOf: (container: string) => ComposePlace | undefined;
  /** Whether a container's image came from a registry. */
  readonly isPulled: (container: string) => boolean;
  /** What an attacker or an accident does where a rule is broken. */
  readonly whyOf: (rule: string) => string | undefined;
}

const MOST = 3;
const ORDER = ['data', 'image', 'container', 'host'] as const;
/** What is below is no work for a night. */
const LEAST = 'medium';

/** Something to do, and the containers that it is about. */
interface Thing extends Tonight {
  readonly containers: readonly string[];
}

/**
 * The three things to do first: the worst of each part, as nobody is helped by three of one kind; what is left over goes
 * to the next worst. A pure function.
 */
export function chooseTonight(input: TonightInput): readonly Tonight[] {
  const all = [...dataThings(input), ...imageThings(input), ...containerThings(input), ...hostThings(input)].filter(
    ({ severity }) => severity !== 'unknown' && compareSeverity(severity, LEAST) <= 0,
  );
  const firsts = ORDER.flatMap((about) => all.filter((one) => one.about === about).slice(0, 1));
  const rest = all.filter((one) => !firsts.includes(one)).sort(worse);
  const chosen = [...firsts.sort(worse), ...rest].slice(0, MOST).sort(worse);
  return dataFirst(chosen).map(({ containers: _, ...one }) => ({ ...one, commands: shellLines(one.commands) }));
}

function worse(a: Tonight, b: Tonight): number {
  return compareSeverity(a.severity, b.severity) || ORDER.indexOf(a.about) - ORDER.indexOf(b.about);
}

/** Nobody shall start a container anew before its data are safe, however urgent the rest is. */
function dataFirst(chosen: readonly Thing[]): readonly Thing[] {
  const ordered = [...chosen];
  for (const data of chosen.filter(({ about }) => about === 'data')) {
    const shares = ({ about, containers }: Thing) =>
      about !== 'data' && containers.some((name) => data.containers.includes(name));
    const [own, other] = [ordered.indexOf(data), ordered.findIndex(shares)];
    if (other >= 0 && other < own) ordered.splice(other, 0, ...ordered.splice(own, 1));
  }
  return ordered;
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function dataThings({ report: { data } }: TonightInput): readonly Thing[] {
  const lost = data.findings.map(
    ({ severity, title, container, path, evidence, fix }): Thing => ({
      about: 'data',
      containers: container === null ? [] : [container],
      severity,
      title: `${container === null ? '' : `${container} `}${path}: ${title}`,
      why: capitalised(`${evidence}.`),
      commands: fix.split('\n'),
    }),
  );
  const { unkept } = data;
  if (unkept.length === 0) return lost;
  const names = unkept.map(({ volume }) => volume);
  return [
    ...lost,
    {
      about: 'data',
      containers: unkept.flatMap(({ containers }) => containers),
      severity: 'medium',
      title: `${names.length === 1 ? `volume ${names[0]} has` : `${names.length} volumes with data have`} no snapshot`,
      why: `Nothing that is on the record keeps ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}.`,
      commands: [
        'holdfast init',
        '# a disk of its own is better than this directory; the password file is yours to keep elsewhere',
        'holdfast volume repo init main --location /var/backups/holdfast --password-file /root/holdfast-password',
        'holdfast volume snapshot --all --repo main',
      ],
    },
  ];
}

function imageThings(input: TonightInput): readonly Thing[] {
  return input.report.images
    .filter(({ fixable, knownExploited }) => fixable > 0 || knownExploited > 0)
    .map(({ reference, severity, dangers, steps, containers }): Thing => {
      const [first] = steps;
      const names = containers.map(({ name }) => name);
      const todo = first === undefined ? '# no fix is published: keep it off the network' : `# ${first.sentence}`;
      const renewal = names.length === 0 ? ['holdfast scan rootfs:/'] : renewalOf(reference, names, input);
      return {
        about: 'image',
        containers: names,
        severity,
        title: `${reference}${names.length === 0 ? '' : ` (${names.join(', ')})`}`,
        why: capitalised(`${dangers.join('; ')}.`),
        commands: [todo, ...renewal],
      };
    });
}

/** A newer image, judged, and the containers anew from it, their data kept. */
function renewalOf(
  reference: string,
  names: readonly string[],
  { program, placeOf, isPulled }: TonightInput,
): readonly string[] {
  const [name = ''] = names;
  const place = placeOf(name);
  const guard = 'holdfast volume guard --';
  const check = isName(reference) ? [`holdfast check ${shellWord(`docker:${reference}`)}`] : [];
  if (place !== undefined) {
    const get = isPulled(name) ? 'pull' : 'build --pull';
    return [
      `${program} compose ${place.options} ${get} ${place.service}`,
      ...check,
      `${guard} ${program} compose ${place.options} up --detach ${place.service}`,
    ];
  }
  const get = isPulled(name) ? 'pull' : 'build --pull --tag';
  const where = isPulled(name) ? '' : ' .  # where its Dockerfile is';
  return [
    ...(isName(reference) ? [`${program} ${get} ${shellWord(reference)}${where}`] : []),
    ...check,
    `# then start ${names.join(', ')} anew from it, behind ${guard} ${program} run …`,
  ];
}

/** A name that an engine takes; ids and archives are none. */
function isName(reference: string): boolean {
  return /^[a-z0-9][\w.:/@-]*$/i.test(reference) && !/^(?:sha256:|docker:|container:|rootfs:)/.test(reference);
}

function containerThings({ report: { containers }, program, placeOf, whyOf }: TonightInput): readonly Thing[] {
  return containers.flatMap(({ name, reasons }): readonly Thing[] => {
    const [worst] = reasons;
    if (worst === undefined) return [];
    const bad = reasons.filter(({ severity }) => severity === worst.severity);
    const place = placeOf(name);
    const todo = bad.slice(0, 5).map(({ fix, sentence }) => `# ${fix ?? sentence}`);
    return [
      {
        about: 'container',
        containers: [name],
        severity: worst.severity,
        title: worst.sentence.replace(/\.$/, ''),
        why: [whyOf(worst.rule) ?? '', ...bad.slice(1, 4).map(({ sentence }) => sentence)].join(' ').trim(),
        commands:
          place === undefined
            ? [`${program} inspect ${shellWord(name)}  # how it was started`, ...todo]
            : [
                ...todo,
                `\${EDITOR:-vi} ${place.files.map(shellWord).join(' ')}`,
                `holdfast lint ${place.files.map(shellWord).join(' ')}`,
                `holdfast volume guard -- ${program} compose ${place.options} up --detach ${place.service}`,
              ],
      },
    ];
  });
}

function hostThings({ report: { host } }: TonightInput): readonly Thing[] {
  return host.failed.map(({ cis, title, severity, sentence, fix }): Thing => {
    return {
      about: 'host',
      containers: [],
      severity,
      title: `host: ${sentence.replace(/\.$/, '')}`,
      why: `What must hold: ${title} (CIS ${cis}).`,
      commands: [`# ${fix}`, `holdfast lint host: --only ${cis}`],
    };
  });
}
