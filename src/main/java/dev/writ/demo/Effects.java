package dev.writ.demo;

import dev.writ.base.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the shop has done and seen since its start; the side door tells it, so that tests can prove what did not happen. */
final class Effects {
    private static final int KEPT_MAX = 10_000;

    private final List<Json> refunds = new ArrayList<>();
    private final List<Json> mails = new ArrayList<>();
    private final Set<String> deletedCustomers = new LinkedHashSet<>();
    private final Map<String, BigDecimal> refunded = new LinkedHashMap<>();
    private final Map<String, Long> calls = new LinkedHashMap<>();
    private final Set<String> authorizations = new LinkedHashSet<>();
    private long requests;

    /** A request has reached the MCP endpoint, whatever becomes of it. */
    synchronized void request() {
        requests++;
    }

    /** @param digest of the Authorization header's value; the value itself is nowhere kept */
    synchronized void authorization(String digest) {
        if (authorizations.size() < KEPT_MAX) authorizations.add(digest);
    }

    synchronized void call(String tool) {
        calls.merge(tool, 1L, Long::sum);
    }

    /** Books a refund when it fits what is left of the order; the refund's number, or nothing. */
    synchronized java.util.Optional<Json.Obj> refund(Orders.Order order, BigDecimal amount, Json.ObjectBuilder refund) {
        var sum = refunded.getOrDefault(order.order(), BigDecimal.ZERO).add(amount);
        if (sum.compareTo(order.total()) > 0) return java.util.Optional.empty();
        refunded.put(order.order(), sum);
        var booked = refund.put("refund", "rf_" + (refunds.size() + 1)).build();
        keep(refunds, booked);
        return java.util.Optional.of(booked);
    }

    synchronized void mail(Json.Obj mail) {
        keep(mails, mail);
    }

    /** False when the customer was deleted before. */
    synchronized boolean delete(String customer) {
        return deletedCustomers.add(customer);
    }

    synchronized Json.Obj json() {
        var counted = Json.object();
        calls.forEach(counted::put);
        return Json.object()
                .put("requests", requests)
                .put("calls", counted.build())
                .put("refunds", new Json.Arr(refunds))
                .put("mails", new Json.Arr(mails))
                .put("deleted_customers", deletedCustomers)
                .put("authorization_digests", authorizations)
                .build();
    }

    private static void keep(List<Json> list, Json entry) {
        if (list.size() >= KEPT_MAX) throw new IllegalStateException("the demo keeps " + KEPT_MAX + " effects only");
        list.add(entry);
    }
}
