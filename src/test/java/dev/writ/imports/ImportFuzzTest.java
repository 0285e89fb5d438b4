package dev.writ.imports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever file somebody imports: resources, or an error that names the file. */
@Tag("fuzz")
class ImportFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of(
                        "{\"mcpServers\":{\"a\":{\"command\":\"npx\",\"args\":[\"-y\",\"x\"],\"env\":{\"TOKEN\":\"${T}\"}}}}",
                        "{ // comment\n\"servers\":{\"a\":{\"type\":\"http\",\"url\":\"https://a.example/mcp\",\"headers\":{\"Authorization\":\"Bearer x\"}}},}",
                        "{\"name\":\"io.a/b\",\"version\":\"1.0.0\",\"remotes\":[{\"type\":\"streamable-http\",\"url\":\"https://a.example/{v}\"}]}",
                        "{\"name\":\"io.a/b\",\"packages\":[{\"registryType\":\"npm\",\"identifier\":\"x\",\"version\":\"1\"}]}")
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void aFileIsReadOrRefusedByName(byte[] content) {
        try {
            var imported = new Importer(_ -> Optional.of("value")).read("some.json", content);
            assertThat(imported.toString()).doesNotContain("Bearer x");
        } catch (ImportError e) {
            assertThat(e.getMessage()).contains("some.json");
        }
        try {
            assertThat(Yaml.read("some.yaml", content)).isNotNull();
        } catch (ImportError e) {
            assertThat(e.getMessage()).contains("some.yaml");
        }
    }
}
