/** Tests named after what they try; the numbers are those of docs/attacks.md. */
package dev.writ.attacks;
