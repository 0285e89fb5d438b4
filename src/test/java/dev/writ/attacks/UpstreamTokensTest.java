package dev.writ.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.walks.ConnectedStage;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks 17 and 20, and SSRF through metadata: what other people's servers try with the tokens that we hold there. */
class UpstreamTokensTest {
    private static final String ORDER = "{\"order\":\"1001\"}";

    @TempDir
    private Path data;

    @Test
    void noTokenOfTheClientGoesUpstreamAndNoneOfTheServersComesBack() {
        try (var stage = ConnectedStage.start(data)) {
            var key = stage.agentKey();
            var person = stage.personKey(stage.product.erin);
            var received = new ArrayList<String>();
            var back = stage.get(stage.agreed(person, "erin"), Optional.of(person));
            received.add(back.toString());
            var agent = stage.product.client(key, ConnectedStage.ORDERS);
            received.add(ConnectedStage.text(agent.call("get_order", ORDER)));
            stage.peer.expireAll();
            received.add(ConnectedStage.text(agent.call("get_order", ORDER)));
            stage.peer.forgetAll();
            received.add(ConnectedStage.text(agent.call("get_order", ORDER)));
            assertThat(stage.peer.calls).hasSize(2);
            assertThat(stage.peer.heard)
                    .as("at the server")
                    .isNotEmpty()
                    .noneMatch(text -> text.contains(key) || text.contains(person));
            assertThat(stage.peer.given()).hasSize(4);
            for (var token : stage.peer.given())
                assertThat(received).as("at the client").noneMatch(text -> text.contains(token));
            assertThat(stage.product.records()).as("in the ledger").noneMatch(record -> record.text()
                    .contains("canary"));
        }
    }

    @Test
    void aStateIsGoodOnceAndOnlyForItsPerson() {
        try (var stage = ConnectedStage.start(data)) {
            var erin = stage.personKey(stage.product.erin);
            var dana = stage.personKey(stage.product.dana);
            var back = stage.agreed(erin, "erin");
            var nobody = stage.get(back, Optional.empty());
            assertThat(nobody.status()).as("to where people are signed in").isEqualTo(303);
            assertThat(stage.get(nobody.location().orElseThrow(), Optional.empty())
                            .status())
                    .isEqualTo(401);
            var stolen = stage.get(back, Optional.of(dana));
            assertThat(stolen.status()).isEqualTo(502);
            assertThat(stolen.text()).contains("somebody else began this connection");
            assertThat(stage.product.lastOf("refusal").string("person")).contains(stage.product.dana.text());
            var late = stage.get(back, Optional.of(erin));
            assertThat(late.status()).as("the state was shown once already").isEqualTo(502);
            assertThat(stage.peer.grants).as("the code went nowhere").isEmpty();
            assertThat(stage.product.parts().vault().wallet().places(Product.TENANT, stage.product.dana.text()))
                    .isEmpty();
        }
    }

    @Test
    void anAnswerOfAnotherAuthorizationServerGetsNoTokenForItsCode() {
        try (var stage = ConnectedStage.start(data)) {
            var erin = stage.personKey(stage.product.erin);
            for (var change : List.of("iss=https%3A%2F%2Fevil.example", "error=access_denied", "")) {
                var back = stage.agreed(erin, "erin").replaceFirst("iss=[^&]*", change);
                var answer = stage.get(back, Optional.of(erin));
                assertThat(answer.status()).isEqualTo(502);
                assertThat(stage.product.lastOf("refusal").string("reason")).contains("not-allowed");
            }
            assertThat(stage.peer.grants).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "file:///etc/passwd",
                "http://10.0.0.1/authorize",
                "https://user:pw@as.example/authorize",
                "https://as.example/authorize#x",
                "https://as.example/$(touch /tmp/x)",
                ""
            })
    void anAuthorizationEndpointThatNoBrowserShouldOpenIsRefused(String endpoint) {
        try (var stage = ConnectedStage.start(data)) {
            stage.peer.metadata = json -> json.with("authorization_endpoint", Json.of(endpoint));
            var answer = stage.start(stage.personKey(stage.product.erin));
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.location()).isEmpty();
            assertThat(answer.text()).contains("authorization endpoint").doesNotContain("alert", "passwd", "touch");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://10.1.2.3",
                "https://192.168.0.10/tenant",
                "https://169.254.169.254",
                "https://[fd00:ec2::254]",
                "https://[::1]:8443",
                "https://localhost:9",
                "https://metadata.google.internal"
            })
    void metadataDoNotLeadIntoNetworksThatNobodyRegistered(String issuer) {
        try (var stage = ConnectedStage.start(data)) {
            stage.peer.resource = json -> json.with("authorization_servers", Json.Arr.ofStrings(List.of(issuer)));
            var answer = stage.start(stage.personKey(stage.product.erin));
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("may not be dialled");
            var outcome = stage.product.records().stream()
                    .filter(record -> record.string("kind").equals(Optional.of("outcome")))
                    .filter(record -> record.string("detail").equals(Optional.of("FORBIDDEN")))
                    .findFirst();
            assertThat(outcome)
                    .as("the attempt is on record, and nothing was sent")
                    .isPresent();
        }
    }

    @Test
    void aChallengeThatPointsElsewhereIsNotFollowedThere() {
        try (var stage = ConnectedStage.start(data)) {
            var erin = stage.personKey(stage.product.erin);
            var told = java.util.Map.of(
                    "https://169.254.169.254/latest/meta-data",
                    "may not be dialled",
                    "http://files.example/metadata",
                    "not an https address",
                    stage.peer.at("/moved"),
                    "HTTP 302");
            told.forEach((address, why) -> {
                stage.peer.challenge = Optional.of("resource_metadata=\"" + address + "\"");
                assertThat(ConnectedStage.link(stage.agent().call("get_order", ORDER)))
                        .isPresent();
                var answer = stage.start(erin);
                assertThat(answer.status()).isEqualTo(502);
                assertThat(answer.location()).isEmpty();
                assertThat(answer.text()).contains(why);
            });
        }
    }

    @Test
    void whoeverHasNoPlaceAtTheServerLearnsNothingOfIt() {
        try (var stage = ConnectedStage.start(data)) {
            var erin = stage.personKey(stage.product.erin);
            var absent = stage.start(erin, new Name("no-such-server"));
            Product.done(stage.product.registry().servers().disable(Product.TENANT, ConnectedStage.ORDERS));
            var disabled = stage.start(erin);
            assertThat(absent.status()).isEqualTo(404);
            assertThat(disabled.status()).isEqualTo(404);
            assertThat(disabled.text()).isEqualTo(absent.text());
        }
    }
}
