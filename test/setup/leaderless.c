/* A process that goes on when its main thread has ended: /proc calls it a zombie, with all its threads alive. */
#include <pthread.h>
#include <unistd.h>

static void *wait_for_signals(void *unused) {
  (void)unused;
  for (;;) pause();
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, 0, wait_for_signals, 0) != 0) return 1;
  pthread_exit(0);
}
