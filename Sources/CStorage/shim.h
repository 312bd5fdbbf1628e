#ifndef RECJOB_CSTORAGE_SHIM_H
#define RECJOB_CSTORAGE_SHIM_H

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#endif
