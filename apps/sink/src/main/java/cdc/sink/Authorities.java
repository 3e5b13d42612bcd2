package cdc.sink;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whom to trust as the engine: the certificates of a file. */
final class Authorities {
    private Authorities() {}

    /**
     * What trusts these certificates, and no others.
     *
     * @param file PEM of one certificate or more
     * @throws IOException when it cannot be read
     * @throws GeneralSecurityException when it has no certificate
     */
    static SSLContext trusting(Path file) throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> certificates;
        try (InputStream pem = Files.newInputStream(file)) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(pem);
        }
        if (certificates.isEmpty()) throw new CertificateException("it has no certificate");
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        int number = 0;
        for (Certificate certificate : certificates) trusted.setCertificateEntry("authority-" + number++, certificate);
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
