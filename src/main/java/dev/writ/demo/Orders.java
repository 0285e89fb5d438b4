package dev.writ.demo;

import dev.writ.base.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The shop's order book: forty orders of seven customers, the same at every start. */
final class Orders {
    private static final List<String> CUSTOMERS = List.of(
            "ada@customer.example",
            "ben@customer.example",
            "chloe@customer.example",
            "dara@customer.example",
            "emil@customer.example",
            "farah@customer.example",
            "george@customer.example");
    private static final List<String> GOODS = List.of(
            "standing desk", "office chair", "desk lamp", "monitor arm", "keyboard", "headset", "filing cabinet");
    private static final int COUNT = 40;
    private static final int FIRST = 1001;

    private final Map<String, Order> orders = new LinkedHashMap<>();

    record Order(String order, String customer, String item, BigDecimal total, String currency, String status) {
        Json.Obj json() {
            return Json.object()
                    .put("order", order)
                    .put("customer", customer)
                    .put("item", item)
                    .put("total", new Json.Num(total.toPlainString()))
                    .put("currency", currency)
                    .put("status", status)
                    .build();
        }
    }

    Orders() {
        for (int i = 0; i < COUNT; i++) {
            var number = Integer.toString(FIRST + i);
            // 1001 is dear enough for every refund of the story.
            var total = i == 0 ? new BigDecimal("2500.00") : BigDecimal.valueOf(2_000L + i * 7_919L % 150_000, 2);
            orders.put(
                    number,
                    new Order(
                            number,
                            CUSTOMERS.get(i % CUSTOMERS.size()),
                            GOODS.get(i * 3 % GOODS.size()),
                            total,
                            i % 5 == 4 ? "USD" : "EUR",
                            i % 3 == 2 ? "shipped" : "delivered"));
        }
    }

    Optional<Order> order(String number) {
        return Optional.ofNullable(orders.get(number));
    }

    boolean hasCustomer(String customer) {
        return CUSTOMERS.contains(customer);
    }

    List<Order> of(Optional<String> customer) {
        var found = new ArrayList<Order>();
        for (var order : orders.values())
            if (customer.isEmpty() || customer.get().equals(order.customer())) found.add(order);
        return found;
    }
}
