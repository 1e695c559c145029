import { z } from 'zod';
import { lookedAtSchema, volumeProblemSchema } from '#api/volume-parts.ts';

const use = z.object({
  container: z.string().describe('its name'),
  state: z.string(),
  image: z.string(),
  imageId: z.string().optional(),
  repositoryDigests: z.array(z.string()),
  stack: z.string().optional(),
  destination: z.string(),
  writable: z.boolean(),
  from: z.string().optional().describe('the container that it was taken over from: --volumes-from'),
});

const place = {
  sizeBytes: z.int().optional().describe('absent where it is not known'),
  sizeExact: z.boolean().optional().describe('false: there is more than could be counted'),
  network: z.object({ kind: z.string(), host: z.string().optional() }).optional(),
  usedBy: z.array(use),
  lastSnapshot: z
    .object({
      at: z.string(),
      repository: z.string(),
      bytes: z.int(),
      grownBytes: z.int().optional().describe('more than in the one before it'),
    })
    .optional()
    .describe('the newest complete one on the record of this home'),
  outside: z
    .array(z.object({ process: z.string(), pid: z.int(), at: z.string() }))
    .describe('processes outside of the engine’s containers that have it mounted'),
};

/** What `holdfast volume ls --format json` prints. */
export const volumeListSchema = z
  .object({
    at: z.string().describe('when it was looked: ISO 8601'),
    engine: z.object({
      address: z.string(),
      product: z.enum(['docker', 'podman']),
      version: z.string(),
      rootless: z.boolean(),
      uidMap: z
        .array(z.object({ container: z.int(), host: z.int(), count: z.int() }))
        .describe('what users of containers are on the host; empty where they are the same'),
      gidMap: z.array(z.object({ container: z.int(), host: z.int(), count: z.int() })).describe('the same of groups'),
      idsKnown: z.boolean().describe('false: what they are on the host is not told'),
    }),
    volumes: z.array(
      z.object({
        name: z.string(),
        anonymous: z.boolean(),
        driver: z.string(),
        mountpoint: z.string(),
        createdAt: z.string().optional(),
        ...place,
      }),
    ),
    binds: z.array(z.object({ path: z.string(), ...place })),
    tmpfs: z.array(z.object({ container: z.string(), destination: z.string() })),
    stacks: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(['compose', 'swarm', 'pod']),
        holdOrder: z.array(z.string()).describe('containers in the order to hold them; released in reverse'),
      }),
    ),
    stores: z
      .array(
        z.object({
          container: z.string(),
          kind: z.string(),
          host: z.string().optional().describe('without credentials'),
          from: z.enum(['environment', 'command', 'mount']),
          where: z.string().describe('the variable, or the mount’s path; values are never shown'),
        }),
      )
      .describe('places outside of the engine that containers keep data in'),
    coverage: z.array(lookedAtSchema),
    problems: z.array(volumeProblemSchema).describe('what could not be read'),
  })
  .meta({ id: 'VolumeList' });

export type VolumeList = z.infer<typeof volumeListSchema>;
