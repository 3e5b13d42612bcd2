package cdc.filter;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * By which of its addresses the worker may be asked. It is in the networks of the databases and of the search engine to ask
 * there; who is asked there has nothing to ask of the worker.
 */
final class Doors {
    private final List<String> names;

    /** @param names names that stand for the worker's addresses at which it may be asked, beside loopback. */
    Doors(List<String> names) {
        this.names = List.copyOf(names);
    }

    /**
     * @param address the worker's own address by which the request came, as a number.
     * @return why the request is refused, with what to do; empty when it may pass.
     */
    Optional<String> refusal(String address) {
        InetAddress entered;
        try {
            entered = InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            return Optional.of("the request came by an address that cannot be read");
        }
        // Looked up each time, as it changes when a network is joined anew; the JVM remembers for half a minute.
        if (entered.isLoopbackAddress() || names.stream().anyMatch(name -> stands(name, entered))) {
            return Optional.empty();
        }
        return Optional.of("the request came by " + address + ", an address of a network where nobody has anything to ask this"
                + " worker; ask by the published port, or from a container in the network of " + String.join(", ", names));
    }

    private static boolean stands(String name, InetAddress address) {
        try {
            return List.of(InetAddress.getAllByName(name)).contains(address);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
