#ifndef RECJOB_CKERNELS_H
#define RECJOB_CKERNELS_H
int rk_placeholder(void);
#endif
