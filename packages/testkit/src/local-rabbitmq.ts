import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findEpmd, searchPath } from './executables.ts';
import { freePorts } from './loopback.ts';
import { GuardedProcess } from './guarded-process.ts';
import { checkoutId, recordGroup } from './instance-folder.ts';
import type { StartedServer } from './local-services.ts';

const credentials = 'arrakis';

interface Ports {
  readonly amqp: number;
  /** Erlang distribution: what RabbitMQ's own tools connect to. */
  readonly distribution: number;
  /** Erlang's port mapper. */
  readonly epmd: number;
}

/**
 * Starts `program` as a node of its own: own name, ports, cookie, configuration and data below `folder`, and an own
 * epmd, since a shared one would stay behind and would be shared with other checkouts. All bind to 127.0.0.1.
 * Settings: https://www.rabbitmq.com/docs/configure#supported-environment-variables
 */
export async function startLocalRabbitmq(program: string, folder: string): Promise<StartedServer> {
  const [amqp = 0, distribution = 0, epmd = 0] = await freePorts(3);
  const ports: Ports = { amqp, distribution, epmd };
  const home = join(folder, 'rabbitmq');
  await writeConfiguration(home);
  const env = environment(home, ports, `arrakis-${checkoutId(home)}@localhost`);
  const processes: GuardedProcess[] = [];
  const mapper = await findEpmd();
  if (mapper !== undefined) {
    const command = [mapper, '-port', String(epmd), '-address', '127.0.0.1'] as const;
    const guarded = GuardedProcess.start({ command, env, logFile: join(folder, 'epmd.log') });
    await recordGroup(folder, guarded.group, `-port ${epmd}`);
    processes.push(guarded);
  }
  const launch = async (): Promise<GuardedProcess> => {
    const server = GuardedProcess.start({ command: [program], env, logFile: join(folder, 'rabbitmq.log') });
    await recordGroup(folder, server.group, basename(folder));
    return server;
  };
  processes.push(await launch());
  return { url: `amqp://${credentials}:${credentials}@127.0.0.1:${amqp}`, processes, env, launch };
}

/**
 * Every path and port is set, so that nothing comes from /etc/rabbitmq. What the shell inherits is left out, but for
 * the language and the PATH.
 */
function environment(home: string, ports: Ports, nodeName: string): NodeJS.ProcessEnv {
  return {
    PATH: searchPath(),
    LANG: 'C.UTF-8',
    HOME: home,
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONF_ENV_FILE: join(home, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_CONFIG_FILES: join(home, 'conf.d'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(home, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
    RABBITMQ_SCHEMA_DIR: join(home, 'schema'),
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_PID_FILE: join(home, 'rabbitmq.pid'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    ERL_CRASH_DUMP: join(home, 'erl_crash.dump'),
    // Standard output, which goes to our own log file.
    RABBITMQ_LOGS: '-',
  };
}

async function writeConfiguration(home: string): Promise<void> {
  for (const folder of ['conf.d', 'schema', 'data', 'log']) {
    await mkdir(join(home, folder), { recursive: true });
  }
  const configuration = [
    `default_user = ${credentials}`,
    `default_pass = ${credentials}`,
    'vm_memory_high_watermark.absolute = 1GB',
    'disk_free_limit.absolute = 64MB',
    'raft.wal_max_size_bytes = 67108864',
    '',
  ];
  await writeFile(join(home, 'rabbitmq.conf'), configuration.join('\n'));
  await writeFile(join(home, 'rabbitmq-env.conf'), '');
  await writeFile(join(home, 'advanced.config'), '[].\n');
  await writeFile(join(home, 'enabled_plugins'), '[].\n');
  // Erlang refuses a cookie that others may read.
  await writeFile(join(home, '.erlang.cookie'), randomBytes(16).toString('hex'), { mode: 0o400 });
}
