import type { Dialect, DocumentReading } from '#workload/dialects/dialect.ts';
import { taskContainer } from '#workload/dialects/ecs/container.ts';
import { goField } from '#workload/dialects/go-fields.ts';
import { field, integer, items, pairs, settingOf, text, words } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Workload } from '#workload/model/workload.ts';

const CLOUDFORMATION = 'AWS::ECS::TaskDefinition';

/** Task definitions of Amazon ECS: as the AWS command line takes and gives them, and in CloudFormation templates. */
export const ecs: Dialect = {
  id: 'ecs',
  version: 1,
  title: 'ECS task definitions',
  recognises: (root) => tasksOf(root).length > 0,
  read: async (root) => ({ documents: tasksOf(root).map(({ name, node }) => documentOf(name, node)) }),
};

interface Task {
  readonly name: string;
  readonly node: Node;
}

function tasksOf(root: Node): readonly Task[] {
  // What `describe-task-definition` gives has it one level down.
  const task = field(root, 'taskDefinition') ?? root;
  if (goField(task, 'containerDefinitions')?.kind === 'list') {
    return [{ name: text(goField(task, 'family')) ?? '(no family)', node: task }];
  }
  return pairs(field(root, 'Resources')).flatMap(({ key, value }) => {
    const properties = field(value, 'Properties');
    const isTask = text(field(value, 'Type')) === CLOUDFORMATION && properties !== undefined;
    return isTask ? [{ name: key.text, node: properties }] : [];
  });
}

function documentOf(title: string, task: Node): DocumentReading {
  const name = `task/${title}`;
  const at = positionOf(task);
  const fargate = words(goField(task, 'requiresCompatibilities')).some(
    ({ value }) => value.toUpperCase() === 'FARGATE',
  );
  const workload: Workload = {
    dialect: 'ecs',
    name,
    at,
    containers: items(goField(task, 'containerDefinitions')).map((node) => taskContainer(node, task, fargate)),
    labels: new Map(),
    task: {
      fargate,
      taskRole: settingOf(goField(task, 'taskRoleArn'), text),
      executionRole: settingOf(goField(task, 'executionRoleArn'), text),
      cpu: settingOf(goField(task, 'cpu'), cpuUnits),
      memoryMib: settingOf(goField(task, 'memory'), mebibytes),
    },
  };
  return { name, at, workloads: [workload] };
}

/** `1024`, or `1 vCPU`. */
function cpuUnits(node: Node): number | undefined {
  const [, cpus] = /^\s*([0-9.]+)\s*vcpu\s*$/i.exec(text(node) ?? '') ?? [];
  return cpus === undefined ? integer(node) : Number(cpus) * 1024;
}

/** `2048`, or `2 GB`. */
function mebibytes(node: Node): number | undefined {
  const [, gibibytes] = /^\s*([0-9.]+)\s*gb\s*$/i.exec(text(node) ?? '') ?? [];
  return gibibytes === undefined ? integer(node) : Number(gibibytes) * 1024;
}
