import { list, object, strings } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { isObject, type JsonObject, optionalString } from '#core/oci/json.ts';
import type { EngineFacts } from '#workload/host/host-facts.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.0/8', '::1/128']);

/** What an engine says of itself in `/info` and of its default bridge. @throws `ENGINE_FAILED` and what reading throws */
export async function engineFacts(engine: Engine): Promise<EngineFacts> {
  const info = object((await engine.read('/info')) ?? Buffer.from('{}'), '/info');
  const text = (name: string) => optionalString(info, name) ?? '';
  const part = (name: string): JsonObject => (isObject(info[name]) ? info[name] : {});
  const open = await bridgeOpen(engine);
  return {
    version: text('ServerVersion'),
    podman: engine.podman,
    rootDirectory: text('DockerRootDir'),
    storageDriver: text('Driver'),
    loggingDriver: text('LoggingDriver'),
    securityOptions: strings(info['SecurityOptions']),
    liveRestore: info['LiveRestoreEnabled'] === true,
    swarm: !['', 'inactive'].includes(optionalString(part('Swarm'), 'LocalNodeState') ?? ''),
    experimental: info['ExperimentalBuild'] === true,
    authorization: strings(part('Plugins')['Authorization']),
    insecureRegistries: insecure(part('RegistryConfig')),
    ...(open === undefined ? {} : { bridgeOpen: open }),
  };
}

function insecure(registries: JsonObject): readonly string[] {
  const ranges = strings(registries['InsecureRegistryCIDRs']).filter((range) => !LOOPBACK.has(range));
  const indexes = isObject(registries['IndexConfigs']) ? registries['IndexConfigs'] : {};
  const names = Object.entries(indexes).filter(([, index]) => isObject(index) && index['Secure'] === false);
  return [...names.map(([name]) => name), ...ranges];
}

async function bridgeOpen(engine: Engine): Promise<boolean | undefined> {
  const networks = list((await engine.read('/networks')) ?? Buffer.from('[]'), '/networks');
  const options = networks
    .map((network) => (isObject(network['Options']) ? network['Options'] : {}))
    .find((one) => one['com.docker.network.bridge.default_bridge'] === 'true');
  return options === undefined ? undefined : options['com.docker.network.bridge.enable_icc'] !== 'false';
}
