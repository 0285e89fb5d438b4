package dev.writ.walks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An installation that a class of tests makes once, for publishing policies takes seconds: every test begins with a copy,
 * and what it has started of it is stopped behind it.
 */
public final class Prepared implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private final List<Product> started = new ArrayList<>();
    private Path folder = Path.of("");
    private Product first;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("writ-prepared");
        first = Product.start(folder);
        first.wiring.close();
    }

    /** As it was made, stopped; its shop runs as long as the class. */
    public Product first() {
        return first;
    }

    /** The data folder that it was made in. */
    public Path folder() {
        return folder;
    }

    public Path copiedTo(Path data) throws IOException {
        Folders.copy(folder, data);
        return data;
    }

    /** Has a product stopped after the test. */
    public Product kept(Product product) {
        started.add(product);
        return product;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        for (var each : started.reversed()) each.wiring.close();
        started.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        first.shop.close();
        Folders.delete(folder);
    }
}
