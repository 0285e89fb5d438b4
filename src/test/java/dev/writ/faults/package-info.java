/** Tests in which a part fails: the n-th write, the store, the ledger, the server behind us. */
package dev.writ.faults;
