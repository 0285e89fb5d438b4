package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tree against the definition in RFC 6962 §2.1, written here as it stands there, and against the oracle. */
class MerkleTest {
    private static final int SIZES = 200;

    private final TreeHash hash = new TreeHash();
    private final List<byte[]> leaves = leaves(SIZES + 1);

    private List<byte[]> leaves(int count) {
        var leaves = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) leaves.add(hash.leaf(("entry " + i).getBytes(UTF_8)));
        return leaves;
    }

    private byte[] definition(List<byte[]> d) {
        if (d.isEmpty()) return hash.empty();
        if (d.size() == 1) return d.getFirst();
        int k = 1;
        while (k * 2 < d.size()) k *= 2;
        return hash.node(definition(d.subList(0, k)), definition(d.subList(k, d.size())));
    }

    private Proofs proofs() {
        return new Proofs((height, index) -> {
            int from = Math.toIntExact(index << height);
            return definition(leaves.subList(from, from + (1 << height)));
        });
    }

    @Test
    void theEmptyTreeHasTheHashOfNothing() {
        assertThat(new Frontier().root())
                .asHexString()
                .isEqualToIgnoringCase("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void everyRootIsTheOneOfTheDefinition() {
        var frontier = new Frontier();
        for (int size = 0; size <= SIZES; size++) {
            assertThat(frontier.root()).as("size " + size).isEqualTo(definition(leaves.subList(0, size)));
            assertThat(proofs().range(0, size)).isEqualTo(frontier.root());
            frontier.add(leaves.get(size));
        }
    }

    @Test
    void everyLeafIsProvedAndNoOtherPlaceAccepted() {
        for (int size = 1; size <= SIZES; size++) {
            var root = definition(leaves.subList(0, size));
            for (int index = 0; index < size; index++) {
                var path = proofs().inclusion(index, size);
                assertThat(Proofs.included(leaves.get(index), index, size, path, root))
                        .isTrue();
                assertThat(Proofs.included(leaves.get((index + 1) % (size + 1)), index, size, path, root))
                        .isFalse();
                assertThat(Proofs.included(leaves.get(index), index + 1, size, path, root) && size > 1)
                        .as("leaf %d of %d one further", index, size)
                        .isFalse();
                var longer = new ArrayList<>(path);
                longer.add(root);
                assertThat(Proofs.included(leaves.get(index), index, size, longer, root))
                        .isFalse();
                if (!path.isEmpty())
                    assertThat(Proofs.included(leaves.get(index), index, size, path.subList(1, path.size()), root))
                            .isFalse();
            }
        }
    }

    @Test
    void everyPrefixIsProvedAndNoOtherRootAccepted() {
        var wrong = hash.leaf("wrong".getBytes(UTF_8));
        for (int newer = 1; newer <= SIZES; newer++) {
            var newerRoot = definition(leaves.subList(0, newer));
            for (int older = 0; older <= newer; older++) {
                var olderRoot = definition(leaves.subList(0, older));
                var proof = proofs().consistency(older, newer);
                assertThat(Proofs.consistent(older, newer, proof, olderRoot, newerRoot))
                        .as("%d within %d", older, newer)
                        .isTrue();
                assertThat(Proofs.consistent(older, newer, proof, wrong, newerRoot))
                        .isFalse();
                if (older == 0) continue;
                assertThat(Proofs.consistent(older, newer, proof, olderRoot, wrong))
                        .isFalse();
                if (!proof.isEmpty())
                    assertThat(Proofs.consistent(
                                    older, newer, proof.subList(0, proof.size() - 1), olderRoot, newerRoot))
                            .isFalse();
            }
        }
    }

    @Test
    void theOracleComputesTheSameRootsAndProofs() throws Exception {
        int count = 70;
        var expected = new ArrayList<String>();
        for (int n = 0; n <= count; n++) {
            expected.add("root " + n + " " + HexFormat.of().formatHex(proofs().range(0, n)));
            for (int m = 0; m < n; m++) expected.add("inclusion " + m + " " + n + " " + hex(proofs().inclusion(m, n)));
            for (int m = 0; m <= n; m++)
                expected.add("consistency " + m + " " + n + " " + hex(proofs().consistency(m, n)));
        }
        var oracle = NodeOracle.run("vectors", count);
        assertThat(oracle.code()).isZero();
        assertThat(oracle.lines()).isEqualTo(expected);
    }

    private static String hex(List<byte[]> hashes) {
        return hashes.stream().map(HexFormat.of()::formatHex).collect(Collectors.joining(","));
    }

    @Test
    void aSubtreeOnThisSideOfTheEdgeIsTheSameAsItsLeaves() {
        var whole = new Frontier();
        var parts = new Frontier();
        for (int i = 0; i < 200; i++) whole.add(leaves.get(i));
        parts.addSubtree(definition(leaves.subList(0, 128)), 7);
        parts.addSubtree(definition(leaves.subList(128, 192)), 6);
        for (int i = 192; i < 200; i++) parts.add(leaves.get(i));
        assertThat(parts.root()).isEqualTo(whole.root());
    }

    @Test
    void tileNamesAreThoseOfTheSpecification() {
        assertThat(TilePath.tile(0, 1234067, 256)).isEqualTo("tile/0/x001/x234/067");
        assertThat(TilePath.tile(2, 0, 1)).isEqualTo("tile/2/000.p/1");
        assertThat(TilePath.entries(273, 112)).isEqualTo("tile/entries/273.p/112");
        assertThat(TilePath.entries(1000, 256)).isEqualTo("tile/entries/x001/000");
    }

    @Test
    void tileWidthsAreThoseOfTheSpecification() {
        // tlog-tiles: a tree of 70,000 has 273 full tiles and one of 112; one full and one of 17; one of 1
        assertThat(LogFolder.width(0, 272, 70_000)).isEqualTo(256);
        assertThat(LogFolder.width(0, 273, 70_000)).isEqualTo(112);
        assertThat(LogFolder.width(1, 0, 70_000)).isEqualTo(256);
        assertThat(LogFolder.width(1, 1, 70_000)).isEqualTo(17);
        assertThat(LogFolder.width(2, 0, 70_000)).isEqualTo(1);
        assertThat(LogFolder.width(2, 1, 70_000)).isZero();
    }
}
