import { typeLane } from '../helpers/typed-lane.js';

typeLane(4);
