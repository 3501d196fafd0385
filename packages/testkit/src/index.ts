export { provideServices, type ProvideOptions, type Services } from './provide-services.ts';
export { type ServiceName, type ServiceOrigin, ServicesUnavailable } from './service.ts';
export { TcpProxy } from './tcp-proxy.ts';
export { testServices, type TestServices } from './test-services.ts';
export { removeNamespaces, uniqueNamespace } from './namespace.ts';
export { waitFor, type WaitOptions } from './wait-for.ts';
