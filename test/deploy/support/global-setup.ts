export { prepareRequirements as default } from './requirements';
