// The one function of bcryptprimitives.dll that Rust's standard library calls, for wine 8, which lacks that file. It is
// put into the tests' drive C and nowhere else.

#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    return SystemFunction036(buffer, (ULONG)length);
}
