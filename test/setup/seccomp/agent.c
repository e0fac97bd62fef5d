/*
 * An agent for SCMP_ACT_NOTIFY: `agent SOCKET LOG ANSWER`. Takes connections, writes each container process state to
 * the log, a line for each, and answers what is notified there: with the errno ANSWER, or, where that is 0, by
 * letting the kernel go on.
 */
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 8

static int receive(int connection, FILE *log) {
  char text[65536], control[CMSG_SPACE(sizeof(int))];
  struct iovec part = {text, sizeof text - 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t length = recvmsg(connection, &message, 0);
  int listener = -1;
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  if (rights && rights->cmsg_type == SCM_RIGHTS) memcpy(&listener, CMSG_DATA(rights), sizeof listener);
  fprintf(log, "%.*s\n", (int)length, text);
  /* One state to a connection. */
  fprintf(log, "rest %zd\n", recv(connection, text, sizeof text, 0));
  fflush(log);
  close(connection);
  return listener;
}

static void answer(int listener, int error) {
  struct seccomp_notif asked;
  struct seccomp_notif_resp response;
  memset(&asked, 0, sizeof asked);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) return;
  memset(&response, 0, sizeof response);
  response.id = asked.id;
  if (error) response.error = -error;
  else response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
  struct pollfd watched[MOST] = {{.fd = socket(AF_UNIX, SOCK_STREAM, 0), .events = POLLIN}};
  int count = 1;
  FILE *log = fopen(argv[2], "a");
  if (bind(watched[0].fd, (struct sockaddr *)&address, sizeof address) || listen(watched[0].fd, 5)) return 1;
  puts("ready");
  fflush(stdout);
  while (poll(watched, count, 20000) > 0) {
    for (int i = count - 1; i > 0; i--) {
      if (watched[i].revents & POLLIN) answer(watched[i].fd, atoi(argv[3]));
      else if (watched[i].revents) watched[i].fd = -1;
    }
    if (watched[0].revents && count < MOST) {
      int listener = receive(accept(watched[0].fd, NULL, NULL), log);
      watched[count++] = (struct pollfd){.fd = listener, .events = POLLIN};
    }
  }
  return 0;
}
