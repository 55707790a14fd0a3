export { nearest } from '../model/nearest.js';
