/** D-Bus specification, "Message Format" and "Marshalling": sizes in bytes. */
export const LARGEST_MESSAGE = 128 * 1024 * 1024;
export const LARGEST_ARRAY = 64 * 1024 * 1024;
