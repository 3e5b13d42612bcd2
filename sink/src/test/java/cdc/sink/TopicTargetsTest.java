package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicTargetsTest {
    @ParameterizedTest
    @CsvSource({
        "shard0.products.products, {database}-{table}, products-products, shard0",
        "eu.west.shop.Order_Items, {database}-{table}, shop-order_items, eu.west",
        "shard1.products.stock, read-{shard}-{topic}, read-shard1-shard1.products.stock, shard1",
        "shard0._Shop.#tmp, {database}-{table}, shop-_tmp, shard0",
        "shard0.products.products, {table}_v2, products_v2, shard0",
    })
    void namesTheIndexByTheTopic(String topic, String template, String index, String shard) {
        assertEquals(new TopicTargets.Target(index, shard), new TopicTargets(TopicTargets.DEFAULT_PATTERN, template).of(topic));
    }

    @Test
    void anyTextBecomesAValidNameOrNone() {
        assertEquals("a_b_c_d_e", TopicTargets.indexName("A/b*c d:E"));
        assertEquals("x", TopicTargets.indexName("-_+..x"));
        assertEquals("상품", TopicTargets.indexName("상품"));
        assertThrows(DataException.class, () -> TopicTargets.indexName("_"));
        assertThrows(DataException.class, () -> TopicTargets.indexName("상".repeat(86)));
    }
}
