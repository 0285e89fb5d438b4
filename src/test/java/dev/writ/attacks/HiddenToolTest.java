package dev.writ.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.writ.base.Json;
import dev.writ.walks.Product;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Attack 6: the list is filtered, but the hidden tool is called directly (CVE-2026-46519). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HiddenToolTest {
    private Product product;

    @BeforeAll
    void start(@TempDir Path data) {
        product = Product.start(data);
    }

    @AfterAll
    void stop() {
        product.close();
    }

    @Test
    void aToolThatPolicyHidesAnswersExactlyAsOneThatDoesNotExist() {
        try (var client = product.client(Product.TaskSpec.SUPPORT)) {
            assertThat(client.toolNames())
                    .containsExactlyInAnyOrder("get_order", "list_orders", "create_refund", "send_email");
            long before = product.calls();
            var hidden = client.call("delete_customer", "{\"customer\":\"kim@customer.example\"}");
            var absent = client.call("delete_everything", "{\"customer\":\"kim@customer.example\"}");
            assertThat(error(hidden).with("message", Json.of(message(hidden).replace("delete_customer", "X"))))
                    .isEqualTo(error(absent)
                            .with("message", Json.of(message(absent).replace("delete_everything", "X"))));
            assertThat(error(hidden).integer("code")).contains(-32602L);
            assertThat(product.calls()).isEqualTo(before);
            var refusal = product.lastOf("refusal");
            assertThat(refusal.string("reason")).contains("absent");
            assertThat(product.records().stream()
                            .filter(r -> r.object("action")
                                    .flatMap(a -> a.string("target"))
                                    .equals(Optional.of("shop/delete_customer")))
                            .map(r -> r.string("verdict")))
                    .containsExactly(Optional.of("deny"));
        }
    }

    @Test
    void aToolOutsideTheTasksScopeDoesNotExistEither() {
        try (var client = product.client(Product.TaskSpec.SUPPORT.only("shop/get_order"))) {
            assertThat(client.toolNames()).containsExactly("get_order");
            long before = product.calls();
            var answer = client.call("send_email", "{\"to\":\"a@customer.example\",\"subject\":\"s\",\"body\":\"b\"}");
            assertThat(message(answer)).isEqualTo("Unknown tool: send_email");
            assertThat(product.calls()).isEqualTo(before);
        }
    }

    private static Json.Obj error(Json.Obj answer) {
        return answer.object("error").orElseThrow();
    }

    private static String message(Json.Obj answer) {
        return error(answer).string("message").orElseThrow();
    }
}
