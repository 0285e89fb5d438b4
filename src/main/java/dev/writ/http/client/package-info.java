/**
 * An HTTP/1.1 client in blocking style for virtual threads: pooled connections, streams that end at once when closed.
 * Start with {@link dev.writ.http.client.HttpClient}, {@link dev.writ.http.client.Call} and {@link dev.writ.http.client.Destinations}.
 * A name is resolved once, every address is judged, and exactly a judged address is dialled.
 * Never here: a redirect followed, a request sent twice, a proxy from the environment, a credential of our own.
 */
@NullMarked
package dev.writ.http.client;

import org.jspecify.annotations.NullMarked;
