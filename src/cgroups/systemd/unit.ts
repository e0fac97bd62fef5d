/** The unit of a container, as its record has it: plain data. */

export interface SystemdUnit {
  /** `tsrun-web.scope` */
  readonly name: string;
  readonly manager: 'system' | 'user';
  /** How its systemd was reached. Later commands need not have the variables that said so. */
  readonly bus: BusPlace;
}

export interface BusPlace {
  /** `unix:path=/run/user/1000/bus` */
  readonly address: string;
  /** systemd's own socket, without a D-Bus daemon between. */
  readonly direct: boolean;
}
