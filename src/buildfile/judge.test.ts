import { describe, expect, it } from 'vitest';
import { judgeBuildFile } from '#buildfile/judge.ts';
import { NO_SETTINGS, type Settings } from '#buildfile/settings/settings.ts';

function judge(text: string, settings: Partial<Settings> = {}) {
  const context = { ignoreLines: ['.git', '.env'] };
  return judgeBuildFile(text, { path: 'Dockerfile', settings: { ...NO_SETTINGS, ...settings }, context });
}

function rulesIn(text: string, settings: Partial<Settings> = {}): readonly string[] {
  return judge(text, settings).reasons.map(({ rule }) => rule);
}

function problemsIn(text: string): readonly string[] {
  return judge(text).problems.map(({ code }) => code);
}

describe('positions', () => {
  it('are the line of the instruction first, then the very place', () => {
    const [reason] = judge('FROM a:1\nRUN true && \\\n  sudo make\n').reasons.filter(
      ({ rule }) => rule === 'build/sudo',
    );
    expect(reason?.positions).toEqual([
      { kind: 'file', path: 'Dockerfile', line: 2, column: 1 },
      { kind: 'file', path: 'Dockerfile', line: 3, column: 3, endLine: 3, endColumn: 6 },
    ]);
  });
});

describe('comments silence rules', () => {
  const sudo = 'RUN sudo make\n';
  it.each([
    ['on the next line, by hadolint’s id', `FROM a:1\n# hadolint ignore=DL3004\n${sudo}`, false],
    ['with another and a remark', `FROM a:1\n#hadolint ignore = DL3008 , DL3004 # why\n${sudo}`, false],
    ['not further down', `FROM a:1\n# hadolint ignore=DL3004\n\n${sudo}`, true],
    ['not with a word that is none', `FROM a:1\n# hadolint ignore=DL3004,build/x\n${sudo}`, true],
    ['in the whole file', `# hadolint global ignore=DL3004\nFROM a:1\n${sudo}`, false],
    ['in the stage that follows', `# hadolint stage ignore=DL3004\nFROM a:1\n${sudo}`, false],
    ['not in the next stage', `# hadolint stage ignore=DL3004\nFROM a:1\nFROM b:1\n${sudo}`, true],
    ['by our id', `FROM a:1\n# holdfast ignore=build/sudo\n${sudo}`, false],
    ['by ours in a row of comments', `FROM a:1\n# holdfast ignore=build/sudo\n# more\n${sudo}`, false],
    ['not what has another name', `FROM a:1\n# holdfast ignore=build/sud\n${sudo}`, true],
  ])('%s', (_, text, stays) => {
    expect(rulesIn(text).includes('build/sudo')).toBe(stays);
  });

  it('and cannot where the configuration forbids it', () => {
    expect(rulesIn(`FROM a:1\n# hadolint ignore=DL3004\n${sudo}`, { pragmasOff: true })).toContain('build/sudo');
  });
});

describe('a configuration', () => {
  it('silences rules and sets severities by anybody’s ids', () => {
    const text = 'FROM a\nRUN sudo make\n';
    expect(rulesIn(text, { ignored: new Set(['DL3004']) })).not.toContain('build/sudo');
    const [reason] = judge(text, { severities: new Map([['DL3006', 'critical']]) }).reasons;
    expect([reason?.rule, reason?.severity]).toEqual(['build/untagged-base', 'critical']);
  });
});

describe('secrets', () => {
  const SECRET = '4tgh3kd92hs7';
  it.each([
    `ENV API_TOKEN=${SECRET}`,
    `ARG DB_PASSWORD="${SECRET}"`,
    `ENV DB_PASSWORD ${SECRET}`,
    `RUN curl -u ada:${SECRET} https://example.com`,
    `RUN curl -H "Authorization: Bearer ${SECRET}" https://example.com`,
    `RUN git clone https://ada:${SECRET}@example.com/a.git`,
    `RUN export NPM_TOKEN=${SECRET} && npm ci`,
    `RUN mysql --password=${SECRET}`,
  ])('%s is found and never shown', (line) => {
    const { reasons } = judge(`FROM a:1\n${line}\n`);
    expect(reasons.some(({ rule }) => rule.startsWith('build/secret-in-'))).toBe(true);
    expect(JSON.stringify(reasons)).not.toContain(SECRET);
  });

  it.each([
    'ENV PASSWORD_FILE=/run/secrets/x',
    'ARG TOKEN',
    'ENV TOKEN=$OTHER',
    'ENV TOKEN=""',
    'ENV PASSWORD=changeme',
    'ENV TOKEN_TTL=3600',
    'RUN mysql --password="$(cat /run/secrets/x)"',
    'RUN --mount=type=secret,id=x curl -u "ada:$(cat /run/secrets/x)" https://example.com',
  ])('%s is none', (line) => {
    expect(rulesIn(`FROM a:1\n${line}\n`).filter((rule) => rule.startsWith('build/secret-in-'))).toEqual([]);
  });
});

describe('scripts from the network', () => {
  it.each([
    'curl -fsSL https://e.com/i.sh | sh',
    'wget -qO- https://e.com/i.sh | sudo -E bash -',
    'curl https://e.com/i.py | python3 -',
    'bash -c "$(curl -fsSL https://e.com/i.sh)"',
    'bash <(curl -s https://e.com/i.sh)',
    'eval "$(curl https://e.com/i.sh)"',
    'curl https://e.com/i.sh | bash -s -- --yes',
    'curl https://e.com/i.sh | tee x | sh',
  ])('%s', (run) => {
    expect(rulesIn(`FROM a:1\nRUN ${run}\n`)).toContain('build/remote-script');
  });

  it.each([
    'curl https://e.com/a.json | python3 -c "import json"',
    'curl https://e.com/a | sh check.sh',
    'curl https://e.com/a.tgz | tar xz',
    'echo "curl | sh"',
    'cat i.sh | sh',
  ])('%s is none', (run) => {
    expect(rulesIn(`FROM a:1\nRUN ${run}\n`)).not.toContain('build/remote-script');
  });
});

describe('what cannot be judged is said', () => {
  it.each([
    ['FROM {{ .Image }}\nRUN sudo x\n', ['BUILD_NOT_RENDERED']],
    ['FROM $' + '{{ matrix.image }}\n', ['BUILD_NOT_RENDERED']],
    ['{% if x %}\nFROM a\n{% endif %}\n', ['BUILD_NOT_RENDERED']],
    ["FROM a:1\nRUN docker ps --format '{{.Names}}'\n", []],
    ['ENV A=b\n', ['BUILD_NO_FROM']],
    ["FROM a:1\nRUN echo 'x\n", ['BUILD_SCRIPT_UNREAD']],
    ['FROM a:1\nRUN <<EOF\nx\n', ['BUILD_DOCUMENT_OPEN']],
    [`FROM a:1\n${'#'.repeat(600_000)}`, ['BUILD_TOO_LARGE']],
    [`FROM a:1\n${'CMD a\n'.repeat(6000)}`, ['BUILD_TOO_LARGE']],
  ])('%#', (text, codes) => {
    expect(problemsIn(text)).toEqual(codes);
  });

  it('and nothing is guessed of a template', () => {
    expect(rulesIn('FROM {{ .Image }}\nRUN sudo x\n')).toEqual([]);
  });
});

describe('hostile text', () => {
  const LENGTH = 40_000;
  const RUN = 'FROM a:1\nRUN ';
  it.each([
    ...[
      '#\n',
      '# hadolint ignore=DL3008\n',
      '# holdfast ignore=build/sudo\n',
      'ONBUILD ',
      'FROM a AS b\n',
      'CMD a\n',
    ].map((part) => ['FROM a:1\n', part] as const),
    ...['x \\\n', '# y\n', '\n'].map((part) => [`${RUN}a \\\n`, part] as const),
    ...[
      '\\',
      '(',
      '((',
      '$((',
      '$((1)) ',
      '{',
      '{ ',
      '{a,',
      '$' + '{',
      '`',
      '`a` ',
      '[',
      '[a ',
      '"\'',
      '$',
      '*?',
      '@(',
    ].map((part) => [RUN, part] as const),
    ...['a && ', 'a | ', 'a;', 'if a; then ', 'case a in b) ', 'f() { ', 'a=(', '<( ', '> ', '<<A ', '# '].map(
      (part) => [RUN, part] as const,
    ),
    ...['A=$B ', 'PASSWORD_', 'eyJ-', '\0', '\u2028', '\ufffd'].map((part) => ['FROM a:1\nENV ', part] as const),
    ['FROM ', '$' + '{'],
    ['FROM a:1\nCMD [', '"a",'],
    ['FROM a:1\nCOPY ', 'ssl'],
    ['FROM a:1\nRUN --mount=', 'type=cache,'],
    ['# syntax=', ' '],
  ] as const)('%j and then %j without end neither throws nor takes long', (head, part) => {
    const text = head + part.repeat(LENGTH / part.length);
    expect(judge(text).reasons.length).toBeLessThanOrEqual(2000);
  });
});
