package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
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
        String table = topic.substring(shard.length() + 1);
        assertEquals(new TopicTargets.Target(index, shard, table),
                new TopicTargets(TopicTargets.DEFAULT_PATTERN, template, Map.of()).of(topic));
    }

    @Test
    void aTableIsCalledByItsNameWhereTheTopicDoesNotTellIt() {
        Map<String, String> names = Map.of("shard0.__.__", "쇼핑.주문", "shard0.shop.price_", "shop.price$");
        TopicTargets targets = new TopicTargets(TopicTargets.DEFAULT_PATTERN, "{database}-{table}", names);
        assertEquals(new TopicTargets.Target("쇼핑-주문", "shard0", "쇼핑.주문"), targets.of("shard0.__.__"));
        assertEquals(new TopicTargets.Target("shop-price$", "shard0", "shop.price$"), targets.of("shard0.shop.price_"));
        assertEquals(new TopicTargets.Target("shop-orders", "shard0", "shop.orders"), targets.of("shard0.shop.orders"));
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
