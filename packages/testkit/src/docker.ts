import { runCommand } from './run-command.ts';

/** Whether a Docker engine answers to the `docker` command (DOCKER_HOST and contexts included). */
export async function isDockerRunning(): Promise<boolean> {
  try {
    await runCommand(['docker', 'version', '--format', '{{.Server.Version}}'], {
      timeoutMs: 5_000,
    });
    return true;
  } catch {
    return false;
  }
}
