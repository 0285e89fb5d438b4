/**
 * MCP servers and clients that others wrote, against the whole product; {@link dev.writ.peers.PeerStage} is the stage.
 * All of it is tagged extended: it needs Node and installs the packages pinned under {@code src/test/node/peers}.
 */
package dev.writ.peers;
