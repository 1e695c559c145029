import { type FlagTable, flagTable } from '#volume/guard/flags.ts';

// Facts from the programs' own help: Docker 28.2 and 20.10, Docker Compose 2.x (docs/reference), docker-compose 1.29, Podman 4
// and 5. What is not here is refused, so that a missing line never leads to a wrong reading.

export const DOCKER: FlagTable = flagTable(
  'config c:context H:host l:log-level tlscacert tlscert tlskey',
  'D:debug tls tlsverify v:version help',
  false,
);

export const PODMAN: FlagTable = flagTable(
  'cgroup-manager conmon c:connection events-backend hooks-dir identity log-level module network-cmd-path network-config-dir out root runroot runtime runtime-flag ssh storage-driver storage-opt tmpdir url volumepath',
  'noout r:remote syslog transient-store v:version h:help',
  false,
);

/** Of both. */
const RUN_VALUES = `add-host annotation a:attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns
  cidfile cpu-period cpu-quota cpu-rt-period cpu-rt-runtime c:cpu-shares cpus cpuset-cpus cpuset-mems detach-keys device
  device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns dns-option dns-search
  entrypoint e:env env-file expose gpus group-add health-cmd health-interval health-retries health-start-period health-timeout
  h:hostname ip ip6 ipc l:label label-file link-local-ip log-driver log-opt mac-address m:memory memory-reservation
  memory-swap memory-swappiness mount name network network-alias oom-score-adj pid pids-limit platform p:publish pull restart
  runtime security-opt shm-size stop-signal stop-timeout storage-opt sysctl tmpfs ulimit u:user userns uts v:volume
  volumes-from w:workdir`;
const RUN_SWITCHES = `init i:interactive no-healthcheck oom-kill-disable privileged P:publish-all q:quiet read-only rm
  sig-proxy t:tty disable-content-trust help`;

export const DOCKER_RUN: FlagTable = flagTable(
  `${RUN_VALUES} cpu-count cpu-percent dns-opt domainname health-start-interval io-maxbandwidth io-maxiops isolation
  kernel-memory link net net-alias volume-driver`,
  `${RUN_SWITCHES} d:detach use-api-socket`,
  false,
);

export const PODMAN_RUN: FlagTable = flagTable(
  `${RUN_VALUES} arch authfile cgroup-conf cgroups chrootdirs conmon-pidfile decryption-key gidmap group-entry
  health-log-destination health-max-log-count health-max-log-size health-on-failure health-startup-cmd
  health-startup-interval health-startup-retries health-startup-success health-startup-timeout hosts-file hostuser
  image-volume init-ctr init-path net os passwd-entry personality pidfile pod pod-id-file preserve-fd preserve-fds
  rdt-class requires retry retry-delay sdnotify seccomp-policy secret shm-size-systemd subgidname subuidname systemd timeout
  tz uidmap umask unsetenv variant`,
  `${RUN_SWITCHES} d:detach env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi rootfs tls-verify
  unsetenv-all`,
  false,
);

const STOP = flagTable('s:signal t:timeout time', 'help', true);
const PODMAN_MANY = 'a:all i:ignore l:latest help';

/** Commands on containers that are named. */
export const DOCKER_CONTAINERS: Readonly<Record<string, FlagTable>> = {
  rm: flagTable('', 'f:force l:link v:volumes help', true),
  stop: STOP,
  restart: STOP,
  kill: flagTable('s:signal', 'help', true),
  start: flagTable('checkpoint checkpoint-dir detach-keys', 'a:attach i:interactive help', true),
};

/** `--all` and the like name none, and are refused. */
export const PODMAN_CONTAINERS: Readonly<Record<string, FlagTable>> = {
  rm: flagTable('cidfile filter t:time', `${PODMAN_MANY} depend f:force v:volumes`, true),
  stop: flagTable('cidfile filter t:time', PODMAN_MANY, true),
  restart: flagTable('cidfile filter t:time', `${PODMAN_MANY} running`, true),
  kill: flagTable('cidfile s:signal', 'a:all l:latest help', true),
  start: flagTable('detach-keys filter', 'a:attach i:interactive all l:latest sig-proxy help', true),
};

export const EXEC: FlagTable = flagTable(
  'detach-keys e:env env-file u:user w:workdir preserve-fds',
  'd:detach i:interactive privileged t:tty l:latest help',
  false,
);

export const VOLUME_REMOVE: FlagTable = flagTable('t:time', 'f:force a:all help', true);

export const COMPOSE: FlagTable = flagTable(
  'ansi env-file f:file parallel profile progress project-directory p:project-name workdir insecure-registry',
  'all-resources compatibility dry-run verbose no-ansi v:version h:help',
  false,
);

/** docker-compose 1.29 and before. */
export const COMPOSE_ONE: FlagTable = flagTable(
  'ansi env-file f:file profile project-directory p:project-name c:context log-level H:host tlscacert tlscert tlskey parallel progress',
  'compatibility verbose no-ansi tls tlsverify skip-hostname-check v:version h:help dry-run all-resources',
  false,
);

export const PODMAN_COMPOSE: FlagTable = flagTable(
  'f:file p:project-name profile env-file podman-path podman-args podman-build-args podman-pull-args podman-push-args podman-run-args podman-start-args podman-stop-args podman-rm-args podman-volume-args parallel in-pod pod-args',
  'no-ansi no-cleanup dry-run verbose v:version h:help',
  false,
);

export const COMPOSE_RUN: FlagTable = flagTable(
  'cap-add cap-drop entrypoint e:env env-from-file l:label name p:publish pull u:user v:volume w:workdir',
  'build d:detach i:interactive T:no-TTY T:no-tty no-deps quiet quiet-build q:quiet-pull remove-orphans rm P:service-ports use-aliases t:tty help',
  false,
);

/** Subcommands of Compose that may change data or containers. The whole stack is kept before each. */
export const COMPOSE_SUBCOMMANDS: readonly string[] = [
  ...[
    'up',
    'create',
    'start',
    'restart',
    'stop',
    'down',
    'kill',
    'rm',
    'run',
    'exec',
    'scale',
    'pull',
    'build',
    'watch',
  ],
  ...['pause', 'unpause', 'cp'],
];
