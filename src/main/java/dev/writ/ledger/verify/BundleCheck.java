package dev.writ.ledger.verify;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One bundle of entries, read, hashed and parsed; independent of every other, so that bundles are checked in parallel.
 *
 * @param hashes the leaf hashes, computed from the entries, or the tile's where the bundle cannot be read
 * @param records what the entries say, an empty object for one that is not canonical JSON
 * @param failures what is wrong, naming records
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once
record BundleCheck(long bundle, List<byte[]> hashes, List<Json.Obj> records, List<String> failures) {
    static BundleCheck of(LogFolder log, long bundle, long size) {
        var failures = new ArrayList<String>();
        var records = new ArrayList<Json.Obj>();
        var hashes = new ArrayList<byte[]>();
        var tile = tile(log, bundle, size, failures);
        var hash = new TreeHash();
        try {
            long index = bundle * TilePath.WIDTH;
            for (var entry : log.entries(bundle, size)) {
                var leaf = hash.leaf(entry);
                int at = hashes.size();
                var record = record(index, entry, failures);
                if (at < tile.size() && !Arrays.equals(leaf, tile.get(at)))
                    failures.add(Story.name(index, record) + " does not hash to what "
                            + TilePath.tile(0, bundle, LogFolder.width(0, bundle, size)) + " says");
                hashes.add(leaf);
                records.add(record);
                index++;
            }
        } catch (EvidenceFailure e) {
            failures.add("records " + bundle * TilePath.WIDTH + " and following: " + e.getMessage());
            return new BundleCheck(bundle, tile, List.of(), failures);
        }
        return new BundleCheck(bundle, hashes, records, failures);
    }

    private static List<byte[]> tile(LogFolder log, long bundle, long size, List<String> failures) {
        var hashes = new ArrayList<byte[]>();
        try {
            var tile = log.tile(0, bundle, size);
            for (int at = 0; at < tile.length; at += TreeHash.BYTES)
                hashes.add(Arrays.copyOfRange(tile, at, at + TreeHash.BYTES));
        } catch (EvidenceFailure e) {
            failures.add(e.getMessage() + "");
        }
        return hashes;
    }

    private static Json.Obj record(long index, byte[] entry, List<String> failures) {
        try {
            var record = JsonReader.readObject(entry);
            if (Arrays.equals(Canonical.bytes(record), entry)) return record;
            failures.add(Story.name(index, record) + " is not in canonical form");
            return record;
        } catch (JsonError e) {
            failures.add("record " + index + " is not a JSON object: " + e.reason());
            return Json.Obj.EMPTY;
        }
    }

    byte[] root() {
        var frontier = new Frontier();
        for (var leaf : hashes) frontier.add(leaf);
        return frontier.root();
    }
}
