/** Stories through the whole product, which end with a look into the ledger; {@link dev.writ.walks.Product} is the stage. */
package dev.writ.walks;
