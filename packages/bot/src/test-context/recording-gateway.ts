import type { Gateway, MembersRequest, Presence, VoiceState } from '../gateway/gateway.ts';

/** A command to the gateway: its name, and what it was given. */
export interface TestGatewayCommand {
  readonly command: keyof Gateway;
  readonly given: unknown;
}

/** Keeps the commands that it is given. */
export class RecordingGateway implements Gateway {
  readonly commands: TestGatewayCommand[] = [];

  async setPresence(given: Presence): Promise<void> {
    this.commands.push({ command: 'setPresence', given });
  }

  async joinVoice(given: VoiceState): Promise<void> {
    this.commands.push({ command: 'joinVoice', given });
  }

  async leaveVoice(given: string): Promise<void> {
    this.commands.push({ command: 'leaveVoice', given });
  }

  async requestGuildMembers(given: MembersRequest): Promise<void> {
    this.commands.push({ command: 'requestGuildMembers', given });
  }

  async requestSoundboardSounds(given: readonly string[]): Promise<void> {
    this.commands.push({ command: 'requestSoundboardSounds', given });
  }
}
